"""Search on tantivy: `builder` makes index versions, `versions` keeps them on S3, `index` answers, `live` is what the
rooms are given."""
