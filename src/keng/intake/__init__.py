"""From a message, a form or a phone call to rows; and what the machine notes about them."""
