"""The wording of letters, made by the staff: blocks, merge fields of a declared list, versions that do not change."""
