"""The desk side of a place's page: questions, meetings, official channels."""
