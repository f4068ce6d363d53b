package diag

// integrationCodes are the findings about one integration, GW31xx to GW38xx.
func integrationCodes() []Info {
	return nil
}
