"""Who is on duty and how to call them: the rota, pagers, push to a device."""
