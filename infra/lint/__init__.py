"""Our own rules for the templates, beside cfn-lint's: what one template's linter cannot see, because a path crosses
stacks.

`python -m infra.lint` checks what is deployed to AWS (SAM expanded, conditions and parameters resolved as in
production).
"""
