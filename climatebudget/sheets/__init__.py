"""The only place that opens a workbook or a CSV file: gate, limited child process, readers."""
