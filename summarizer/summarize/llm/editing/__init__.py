"""Summarize with a language model that edits: the code chooses passages, the model writes one sentence for each.

Small models cannot read several thousand tokens and take notes that cite the right segments, but they turn one passage
into one good sentence (docs/evaluation.md has the figures). So the code divides the whole talk into sections and
stretches and chooses the most informative passage of each (`passages`); the model writes a sentence for every passage
(`writing`); and the TL;DR, the takeaways and the headings are made from the sentences that passed all checks
(`arranging`). Where the model writes nothing that holds, a quote from the passage takes its place.
"""
