package runtime

// UsageFile is where quota counts are kept over a restart; empty: nowhere. With takeOver another process may still have the
// file, and will soon let it go (Core.HandOver).
type UsageFile struct {
	Path     string
	TakeOver bool
}

// WithUsageFile keeps the counts of quotas in a file. Without a quota in the document it does nothing, of which Start warns.
func WithUsageFile(f UsageFile) Option { return func(s *settings) { s.usageFile = f } }

// UsageFile is what WithUsageFile said. Who asks uses it.
func (core *Core) UsageFile() UsageFile {
	core.usageWanted = true
	return core.settings.usageFile
}

// checkUsageFile warns of a file that nothing is kept in.
func (core *Core) checkUsageFile() {
	if core.settings.usageFile.Path != "" && !core.usageWanted {
		core.Logger().Warn("the document has no usage plan that counts: nothing is kept in the usage file", "file", core.settings.usageFile.Path)
	}
}
