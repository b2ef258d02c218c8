"""The benchmark: a plant whose truth is known, trained on and asked about, measured in every way.

``plants`` gets the plant, ``truth`` what is true of its new items, ``quality`` trains and scores,
``speed`` takes times and sizes, ``small`` does it again on small tables, ``figures`` declares what
is measured and which goal it has, ``report`` shows it.  ``run`` puts them in order.
"""
