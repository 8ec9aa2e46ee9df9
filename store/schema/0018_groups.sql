-- Rooms: which hosts take a whole activity from a group (FEP-1b12), and which only know boosts. NULL: not asked yet.

ALTER TABLE hosts ADD COLUMN groups boolean;
