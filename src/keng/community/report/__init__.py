"""The report journey: one question a page, nothing lost, nothing readable before it is sent."""
