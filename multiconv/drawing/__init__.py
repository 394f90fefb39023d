"""The page's drawings as values: coordinates and roles, no colours and no markup."""
