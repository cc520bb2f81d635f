"""The public look-up: one box for anything, three grades, and an objection without an account."""
