"""A signed report as a file: DOCX for the office, XLSX for counting on, PDF for the archive."""
