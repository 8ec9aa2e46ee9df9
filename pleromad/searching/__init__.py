"""Search: what a note is found by (`documents`), what somebody asks for (`query`), and the rows made later (`filling`).

The words are ours (`pleromad.text.words`), PostgreSQL keeps and compares them: a tsvector beside each note, a tsquery for each search.
"""
