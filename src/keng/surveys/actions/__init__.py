"""What changes a survey: writing, letting it open, answering, closing, publishing."""
