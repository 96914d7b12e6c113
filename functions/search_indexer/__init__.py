"""Events -> search: a new index version when programs change, an overlay row when seats do."""
