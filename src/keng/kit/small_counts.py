"""From which number on a count may be read by everybody: a smaller one could tell who is meant.

How a smaller one is kept from being computed back differs with what is counted, and stays four
methods: put together with others (`lessons.small_cells`, `relay.reach_in_words`), left out with as
many others as it takes (`surveys.suppress`), left out so that sums leave it open
(`reports.periodic.public_figures`), told once in steps of five (`partners.campaign_coverage`).
"""

# The sentences on the pages say "five".
FEWEST_SHOWN = 5
