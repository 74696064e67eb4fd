"""Who codes which recording, and what is kept from them until they are done."""
