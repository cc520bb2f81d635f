"""Where the bytes of files lie: below the data folder, or in an S3-compatible store."""
