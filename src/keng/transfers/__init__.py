"""Tips that go to the desk of another installation, and those that come from one."""
