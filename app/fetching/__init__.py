"""Articles by their address: fetched without reaching what is nobody else's business."""
