OStatus, first floor: Atom feeds of people and hashtags, Atom entries of notes, magic key and salmon address in WebFinger. Salmon itself answers 501 for now.
