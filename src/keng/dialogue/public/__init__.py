"""What a reporter sees of a tip: the receipt, the status page, the one-time link of a chat."""
