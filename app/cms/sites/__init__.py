"""CMSs as they are read back from and written to, one module per CMS."""
