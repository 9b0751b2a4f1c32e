"""What CMSs send and take: signatures, payloads, and tags written back, one module per CMS."""
