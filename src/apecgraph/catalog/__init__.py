"""What a release says of itself: VoID, DCAT, SPARQL service description."""
