"""What Kẻng is tried out and measured with. It imports `keng`, which never imports it."""
