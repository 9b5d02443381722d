"""Captures by the thousand: listed, replayed by many workers, kept, and added up."""
