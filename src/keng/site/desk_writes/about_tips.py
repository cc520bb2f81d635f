"""Rows about reports and what is sealed with them: who of the desk writes which.

Whose words of a tip are read, is said of the same tables in `row_policies.py`.
"""

from keng.site.row_policy import BY_ONESELF, IN_THE_TREE, RowPolicy, desk_writes, one_of_units

_BY_ONESELF = f"by_id {BY_ONESELF}"
_OFFICER_IS_ONESELF = f"officer_id {BY_ONESELF}"
_ON_OWN_TIP = "keng_is_own_tip(tip_id)"
_WITH_NEW_TIP = "keng_is_new_tip(tip_id)"
_WRITES_TIP = "keng_writes_tip(tip_id)"
_REACHES_TIP = "keng_reaches_tip(tip_id)"

_OF_A_TIP = (
    # Passed on, it rings at another desk; and whoever was called to it stands down.
    *desk_writes("tips_alarm", changes=_REACHES_TIP),
    *desk_writes(
        "tips_alarmcall",
        adds="EXISTS (SELECT FROM tips_alarm alarm WHERE alarm.id = alarm_id"
        " AND keng_reaches_tip(alarm.tip_id))",
    ),
    *desk_writes("tips_bundledcall", adds=_WITH_NEW_TIP),
    *desk_writes("tips_clock", adds=f"{_WITH_NEW_TIP} OR {_WRITES_TIP}", changes=_WRITES_TIP),
    # An incident that is left takes its name with it, out of decisions of colleagues, too.
    *desk_writes(
        "tips_decision",
        adds=f"{_BY_ONESELF} AND {_REACHES_TIP}",
        changes=f"{_BY_ONESELF} OR {_WRITES_TIP}",
    ),
    *desk_writes("tips_receipt", adds=_WITH_NEW_TIP),
    *desk_writes("tips_onetimelink", adds=_WITH_NEW_TIP),
    *desk_writes("tips_handedcode", adds="keng_took_down(tip_id)"),
    *desk_writes(
        "tips_heldending",
        adds="EXISTS (SELECT FROM tips_decision step"
        f" WHERE step.id = decision_id AND step.{_BY_ONESELF})",
        changes="EXISTS (SELECT FROM tips_decision step"
        f" WHERE step.id = decision_id AND step.{_BY_ONESELF})",
    ),
    *desk_writes(
        "tips_tipcheck",
        adds=f"ticked_by_id {BY_ONESELF} AND {_ON_OWN_TIP}",
        changes=_ON_OWN_TIP,
        becomes=f"unticked_by_id {BY_ONESELF} AND {_ON_OWN_TIP}",
    ),
    *desk_writes(
        "tips_tipconcern",
        adds=f"{_WITH_NEW_TIP} OR {_WRITES_TIP}",
        changes=_WRITES_TIP,
        deletes=_WRITES_TIP,
    ),
    *desk_writes(
        "tips_tipreader",
        adds=f"{_OFFICER_IS_ONESELF} AND {_ON_OWN_TIP}",
        changes=_OFFICER_IS_ONESELF,
    ),
    *desk_writes(
        "tips_waitingpicture",
        changes="EXISTS (SELECT FROM tips_attachment file"
        " WHERE file.id = attachment_id AND keng_is_own_tip(file.tip_id))",
    ),
    *desk_writes(
        "tips_listingevidence",
        adds="EXISTS (SELECT FROM lookup_listing listing"
        f" WHERE listing.id = listing_id AND listing.made_by_id {BY_ONESELF}) AND {_ON_OWN_TIP}",
    ),
)
_OF_AN_OWN_TRANSFER = (
    "EXISTS (SELECT FROM tips_transfer sent"
    " WHERE sent.id = transfer_id AND keng_is_own_tip(sent.tip_id))"
)
_CAME_TO_AN_OWN_TIP = (
    "EXISTS (SELECT FROM tips_transfer came"
    " WHERE came.id = transfer_id AND came.is_incoming AND keng_is_own_tip(came.tip_id))"
)
_WHO_READS_OR_KEEPS_IT = (
    *desk_writes(
        "tips_breakin",
        adds=f"{_OFFICER_IS_ONESELF} AND {_ON_OWN_TIP}",
        changes=f"unit_id {one_of_units('OVERSEEING')}",
        becomes=f"unit_id {one_of_units('OVERSEEING')} AND read_by_id {BY_ONESELF}",
    ),
    *desk_writes(
        "tips_recusal",
        adds=f"{_BY_ONESELF} AND {_ON_OWN_TIP}",
        changes=_ON_OWN_TIP,
        becomes=f"ended_by_id {BY_ONESELF} AND {_ON_OWN_TIP}",
    ),
    *desk_writes(
        "tips_legalhold",
        adds=f"asked_by_id {BY_ONESELF} AND {_ON_OWN_TIP}",
        changes=_ON_OWN_TIP,
    ),
    *desk_writes(
        "tips_transfer",
        adds=f"asked_by_id {BY_ONESELF} AND {_ON_OWN_TIP}",
        changes=_ON_OWN_TIP,
    ),
    *desk_writes(
        "tips_transferfile",
        adds=f"{_BY_ONESELF} AND {_OF_AN_OWN_TRANSFER}",
    ),
    *desk_writes("tips_transferkey", adds=_OF_AN_OWN_TRANSFER),
    # What goes there the opener adds; what came from there the desk, sealed beside its own tip.
    *desk_writes(
        "tips_transferidentity",
        adds=f"record_ref IS NULL AND sealed = '' AND {_CAME_TO_AN_OWN_TIP}",
        changes=_OF_AN_OWN_TRANSFER,
    ),
)
# Data protection restricts a report because its reporter asked for that, and reads no tip.
_ASKED_FOR = (
    "EXISTS (SELECT FROM data_requests_datarequest asked"
    " WHERE asked.tip_id = tips_restriction.tip_id AND asked.number = tips_restriction.number"
    f" AND asked.unit_id {one_of_units('ANSWERING_DATA_REQUESTS')})"
)
_RESTRICTIONS = desk_writes(
    "tips_restriction",
    adds=f"{_BY_ONESELF} AND {_ASKED_FOR}",
    changes=_ASKED_FOR,
    becomes=f"lifted_by_id {BY_ONESELF} AND {_ASKED_FOR}",
)
_OF_A_DESK = (
    *desk_writes(
        "tips_answertemplate",
        adds=f"changed_by_id {BY_ONESELF} AND unit_id {one_of_units('LEADING')}",
        changes=f"unit_id {one_of_units('LEADING')}",
        becomes=f"changed_by_id {BY_ONESELF} AND unit_id {one_of_units('LEADING')}",
    ),
    *desk_writes(
        "tips_savedsearch",
        adds=_OFFICER_IS_ONESELF,
        changes=_OFFICER_IS_ONESELF,
        deletes=_OFFICER_IS_ONESELF,
    ),
    # A commune locks a wave of its province, and says for itself alone that it is none.
    *desk_writes(
        "tips_wave",
        changes=f"unit_id {IN_THE_TREE}",
        becomes=f"unit_id {one_of_units('WORKING')}",
    ),
    *desk_writes(
        "tips_wavestep",
        adds=f"{_BY_ONESELF} AND unit_id {one_of_units('WORKING')}",
        changes=f"unit_id {one_of_units('WORKING')}",
    ),
)
_IS_OWN_KEY = (
    "EXISTS (SELECT FROM vault_holderkey own"
    f" WHERE own.id = holder_key_id AND own.officer_ref {BY_ONESELF})"
)
_SEALED = (
    *desk_writes(
        "vault_holderkey",
        adds=f"officer_ref {BY_ONESELF}",
        changes=f"officer_ref {BY_ONESELF}",
    ),
    *desk_writes("vault_wrappedholderkey", adds=_IS_OWN_KEY, deletes=_IS_OWN_KEY),
    *desk_writes(
        "vault_openingrequest",
        adds=f"asked_by_ref {BY_ONESELF} AND keng_is_own_tip(tip_ref)",
        changes="keng_is_own_tip(tip_ref)",
        becomes="keng_is_own_tip(tip_ref)"
        " AND (SELECT keng_actor()) IN (asked_by_ref, approved_by_ref, refused_by_ref)",
    ),
    *desk_writes(
        "vault_resharingrequest",
        changes=f"unit_id {one_of_units('WORKING')}",
        becomes=f"unit_id {one_of_units('WORKING')}"
        " AND (SELECT keng_actor()) IN (first_ref, second_ref)",
    ),
)

TIP_POLICIES: tuple[RowPolicy, ...] = (
    *_OF_A_TIP,
    *_WHO_READS_OR_KEEPS_IT,
    *_RESTRICTIONS,
    *_OF_A_DESK,
    *_SEALED,
)
