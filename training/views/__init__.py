"""Pages about trainings and jobs."""
