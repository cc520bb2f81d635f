"""Reports that an officer takes down: by phone, at the counter, from a chat shown to them."""
