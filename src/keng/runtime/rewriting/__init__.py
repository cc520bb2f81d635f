"""Files and log of the embedded database are written anew, so that what was destroyed is in none.

PostgreSQL leaves the bytes of an emptied row in its file until something else is written over them,
in indexes, in the statistics of the planner and in the write-ahead log too (decision 13).
"""
