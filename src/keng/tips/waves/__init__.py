"""When similar tips rise over their usual level: the arithmetic and what is looked at."""
