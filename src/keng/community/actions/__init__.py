"""What changes on the pages of a place: questions and their answers, meetings, channels."""
