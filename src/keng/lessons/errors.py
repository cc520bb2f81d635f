"""What can stand in the way of a decision about a text of this area."""


class NotYours(PermissionError):
    """Writing needs a post at the province, publishing a second person with one."""


class ChangedMeanwhile(Exception):
    """It is not what the second person read, or somebody else decided already."""


class OutOfPurpose(ValueError):
    """The partner was not invited for this purpose."""
