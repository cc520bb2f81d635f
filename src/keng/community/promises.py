"""What the public pages promise. Each sentence is tied to a test in docs/promises.csv.

A page says none of these in words of its own: what no test holds is not said.
"""

from django.utils.translation import gettext_lazy as _

from keng.lookup_pages.promises import PROMISES as OF_LOOKUP

PROMISES = OF_LOOKUP | {
    "commune_blind": _("The commune's desk does not see this report, not even in its counts."),
    "commune_short": _("The commune does not see it."),
    "sealed_name": _(
        "Your name is locked away. Neither this site nor any single officer can open it."
    ),
    "name_goes_along": _(
        "If your report goes to the desk of another province, it stays sealed here. Only two "
        "officers together can have it go along, sealed to that desk: nobody reads it on the way, "
        "and there, too, it takes two."
    ),
    "five_minutes": _(
        "Officers read when you wrote to five minutes only; where minutes count, because of danger "
        "or money that has gone, to the minute."
    ),
    "own_number": _(
        "A phone number of your own that we recognise in your words is cut out and sealed."
    ),
    "own_name": _(
        "The name that you say is yours (“my name is …”), and the number of the house beside it, "
        "are cut out and sealed where we recognise them."
    ),
    "no_address": _("The network address (IP) of your phone or computer."),
    "draft": _(
        "While you write, your report is encrypted with a key that only your browser has. "
        "After 30 minutes in which nothing is written it is deleted."
    ),
    "pictures": _("Officers see a copy of your picture without its place and device."),
    "pictures_wait": _(
        "Until that copy is made, ten minutes at most, the picture also waits sealed to the "
        "program that makes it; then that key is dropped. What it cannot open, you are told."
    ),
    "code": _("The receipt code itself is stored nowhere here, so nobody here can look it up."),
    "chat_neutral": _(
        "A chat only says that there is an answer. It shows the words while you call for help "
        "there, or if you chose so."
    ),
    "chat_address": _(
        "When a report sent by chat ends, or you tell us to stop writing, the address at which we "
        "answered you is deleted; a last message still on its way goes first."
    ),
    "chat_code": _(
        "The link to your code that we send by chat is deleted here as soon as it has left."
    ),
    "chat_files": _(
        "Whoever steals our disk with its keys can still read both in the files of the database, "
        "for 24 hours at most."
    ),
    "chat_files_elsewhere": _(
        "Whoever steals the disk of our database, and our keys, can still read both in its files: "
        "how long is up to whoever runs it."
    ),
    "no_script": _("These pages work without scripts and load nothing from other sites."),
    "code_shown": _(
        "For ten minutes the browser that sent something can show its code again. After that, or "
        "once you press “I have written it down” or “Quick exit”, the page asks for the code and "
        "shows it no more."
    ),
    "quick_exit": _(
        "“Quick exit” deletes what you have written here, closes your report and its code, and "
        "deletes our cookies. One that says nothing stays for twelve hours: with it, “Back” shows "
        "nobody your words."
    ),
    "place_cookie": _("Your choice stays in this browser and is stored nowhere else."),
    "question_objection": _(
        "No officer can read your words any more. For seven days only your code can bring them"
        " back, once; then they are destroyed."
    ),
    "from_team": _(
        "The desk reads that it comes from a team. Which team and who of it is not written down."
    ),
    "destroyed": _(
        "What you take back before anybody acted on it, and what is no matter for the police, no "
        "officer can find or read from that moment on."
    ),
    "destroyed_files": _(
        "24 hours later at most, these words can be read in no file of our database any more."
    ),
    "destroyed_elsewhere": _(
        "Our database runs on a server of its own: how long its files still hold these words is "
        "up to whoever runs it."
    ),
    "destroyed_backups": _("A backup that was made before holds them until it is deleted."),
    "received_busy": _("Your report is received all the same."),
}
