"""Why jobs end as they do, and files and rules are refused: the shapes of the reasons.

``job_words`` finds a reason by its shape and says it in the reader's language.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

OF_THE_WORKER = (
    _("The worker that ran this job has gone. Nothing of it was kept; start it again."),
    _("The database went away while this job ran: nothing of it was kept. (%(error)s)"),
    _("The database went away while this job ran: nothing of it was kept."),
    _("The worker that ran this job has gone. Version %(name)s was registered."),
    _("The process of this job ended by itself with code %(code)s."),
)
OF_THE_ERP = (
    _("There are no items. Load item_info first (load_erp DIR)."),
    _(
        "No item has a routing, so there is nothing to learn from. Check that the routing table "
        "is loaded and that its item codes are those of the item table (check_erp shows both)."
    ),
    _(
        "%(erp)s can not be reached after %(count)s tries: %(error)s. Check that the ERP is up, "
        "the network, and the ERP_URL setting."
    ),
    _("%(erp)s does not exist yet: fill it with load_erp DIR"),
    _(
        "%(erp)s has no table or view %(view)s that this user may read. Correct its name in the "
        "mapping profile (upper and lower case may matter), or ask for the right to read it."
    ),
    _("%(erp)s can not be read: %(error)s. Check ERP_URL."),
    _(
        "%(view)s in %(erp)s lacks %(columns)s, which the mapping profile needs; it has "
        "%(found)s. Correct the profile."
    ),
    _(
        "%(view)s in %(erp)s has no column %(columns)s; it has %(found)s. Correct the column "
        "names in the mapping profile."
    ),
)
OF_WISHES = (
    _("%(name)s is not a version name: expected YYYY.MM.DD_build, such as 2026.11.21_1."),
    _("A sample is for a full training: an incremental one adds all new items."),
    _("Candidates are for a full training: an incremental one learns nothing."),
)
OF_VERSIONS = (
    _(
        "No model version is active. Train one with 'train' and activate it in the administration "
        "or with 'activate NAME'."
    ),
    _("There is already a version %(name)s. Choose another name."),
    _(
        "The version could not be written under %(folder)s, where %(free)s MB are free: "
        "%(error)s. Nothing of it was kept. Make room, or see that the shared folder is there and "
        "may be written; then train again."
    ),
    _(
        "Version %(name)s is not the one that was registered. Do not use it: restore its folder "
        "from a backup, or activate another version."
    ),
    _(
        "Version %(name)s was trained with another mapping profile than %(profile)s, which is "
        "active now: its items are described by other columns. Activate the profile it was "
        "trained with, or train a version in full."
    ),
    _(
        "The new items are described by other attributes than those the version looks at. Train a "
        "version in full."
    ),
    _("Version %(name)s cannot be activated: %(reason)s. Train a new version."),
    _(
        "Version %(name)s is incomplete: %(why)s. Restore its folder from a backup, or activate "
        "another version."
    ),
    _(
        "Version %(name)s is not what was signed (%(file)s): %(why)s. Do not use it: restore its "
        "folder from a backup, or activate another version."
    ),
    _("Version %(name)s %(why)s. Train a new version, or install what it was trained with."),
    _("the folder is not there"),
    _("the signature does not fit the key of this installation"),
    _("its checksum is wrong"),
)
OF_EXPORTS = (
    _("CP949 has no letter %(letter)s: choose CSV in UTF-8 instead."),
    _("%(table)s has such rows already (%(reason)s). Nothing was written."),
    _("%(table)s refused the rows (%(reason)s). Nothing was written."),
    _("The staging database does not answer."),
)
OF_BATCHES = (
    _(
        "None of %(count)s items could be answered; the first, %(item)s: %(reason)s All reasons "
        "are in %(file)s."
    ),
    _("Item %(item)s is not known: check the code, or describe the item instead."),
)
OF_FILES = (
    _("%(file)s is neither UTF-8 nor CP949 text: save it as CSV UTF-8 and try again"),
    _("%(file)s is damaged or not what its name says: %(error)s. Export it again."),
    _("%(file)s can not be read: %(error)s"),
    _("%(file)s cannot be read: send a file of %(kinds)s."),
    _("%(file)s: a quotation mark opened in line %(line)s is never closed"),
    _("%(file)s: column %(column)s is there more than once"),
    _("%(file)s: mandatory column %(column)s is missing; found: no columns at all"),
    _("%(file)s: mandatory column %(column)s is missing; found: %(found)s"),
    _("Unpacked, this file is larger than %(size)s MB: split it."),
    _("Name at least one item code, or describe at least one item."),
    _("%(count)s items in one request: at most %(most)s. Split them, or use a file."),
    _("%(column)s has %(count)s characters: at most %(most)s."),
    _("The item was asked more than once: only the first one is in the file."),
    _("The item has no ITEM_CD."),
)
OF_RULES = (
    _("it has no name"),
    _("severity must be one of %(known)s"),
    _("kind must be one of %(known)s"),
    _("field must be one of %(known)s"),
    _("a rule of kind %(kind)s needs %(key)s"),
    _("a rule of kind %(kind)s has no %(key)s"),
    _("%(key)s must be the code of an operation, a list of codes, or %(any)s"),
    _("%(key)s must be true or false"),
    _("items must be an object of column names to a value or a list of values"),
    _("it must name a field, or the operation that is required"),
    _("most must be a whole number from 0"),
    _("it must have a min or a max"),
    _("min and max must be numbers"),
    _("min is above max"),
)
OF_CYCLES = (
    _("There are %(count)s routed items; a cycle needs at least %(least)s. Nothing was measured."),
    _("It has no routing in the ERP any more."),
    _("Somebody cancelled it."),
    _("It broke down."),
    _("It ended without a word: its process has gone."),
    _("A quality cycle is running already. Wait until it has ended, or cancel it."),
    _(
        "It took longer than %(seconds)s seconds, the limit in the settings. Take a smaller "
        "sample, or raise the limit."
    ),
    _("None of the sampled items could be predicted and compared: %(reason)s"),
)
OF_RETRAININGS = (
    _("Nothing has changed in the ERP tables since version %(name)s was trained."),
    _("The job of this request is gone."),
    _("its training was cancelled by %(who)s"),
    _("withdrawn by %(who)s"),
    _("version %(name)s"),
)
OF_PROBATIONS = (
    _("Quality cycle %(cycle)s: %(why)s."),
    _("%(why)s, more than the margin of %(margin)s"),
    _(
        "typical error %(now)s min instead of %(before)s, operations right %(match)s instead of "
        "%(match_before)s"
    ),
    _("typical error %(now)s min instead of %(before)s"),
    _("operations right %(now)s instead of %(before)s"),
    _("Another version was activated in the meantime."),
    _("Version %(name)s was activated."),
    _("%(count)s quality cycles were good enough."),
)
REASONS = (
    *OF_THE_WORKER,
    *OF_THE_ERP,
    *OF_WISHES,
    *OF_VERSIONS,
    *OF_EXPORTS,
    *OF_BATCHES,
    *OF_FILES,
    *OF_RULES,
    *OF_CYCLES,
    *OF_RETRAININGS,
    *OF_PROBATIONS,
)
