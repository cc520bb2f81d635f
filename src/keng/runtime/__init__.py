"""What keeps running: processes, their accounts, the embedded database, and their supervisor."""
