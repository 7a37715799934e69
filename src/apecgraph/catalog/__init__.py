"""The description of a release: VoID, DCAT, service description."""
