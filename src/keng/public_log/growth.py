"""How far the public log has come, in SQL: for `keng doctor` and the operator's monitor."""

from keng.public_log.pace import STEP_SECONDS

# Leaves, since when it has not grown, and how many entries wait for it.
GROWTH = f"""
SELECT pace.size, extract(epoch FROM now()) - (pace.step * {STEP_SECONDS}),
  (SELECT coalesce(sum(last_seq), 0) FROM audit_chain)
    - (SELECT coalesce(sum(last_seq), 0) FROM public_log_loggedchain)
FROM public_log_logpace AS pace
"""  # noqa: S608 -- our own pieces
# A witness that has cosigned nothing for so long is behind: six steps.
WITNESS_IS_BEHIND = 1800
