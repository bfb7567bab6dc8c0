"""Time: axes, calendars, units."""
