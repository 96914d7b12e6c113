"""Documents of trainees: upload, what arrived, download."""
