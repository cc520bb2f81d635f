"""What is raised where the place in which files are kept does not answer."""


class StorageAway(Exception):
    """The store did not answer in time, or refused; it names its code, and no file.

    Never the same as a file that is not there: who asks about one then knows nothing of it.
    """
