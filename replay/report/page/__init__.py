"""The page of a report: sections with their pictures and tables, put together by templates."""
