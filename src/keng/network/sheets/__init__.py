"""Groups as a sheet: reading XLSX and CSV, planning what an import would do, writing the same."""
