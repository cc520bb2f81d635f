"""Several tips as one event, and waves: a rise of similar tips over their usual level."""
