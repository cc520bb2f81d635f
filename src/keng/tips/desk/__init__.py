"""What officers see and do with tips and incidents."""
