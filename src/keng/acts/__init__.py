"""The kernel of acts: who may do what, in which transaction, holding which locks.

An act is what a person does: a row that says who may and how it stands on record (`act.Act`), and
a function (`act.act`). It is one transaction; its locks are taken in one order (`locks.ORDER`); the
question of permission is asked with the rows locked (`work.permit_over`, `locks.lock_one`), or
nothing is kept; what goes on record is written last. What the machine does in portions, or an
operator at the console, is `work.work`.

The kernel knows no area, nor what an officer is: it knows somebody who acts, and a right that is
asked.
"""
