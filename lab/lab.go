// Package lab is a fleet of simulated devices: real SSH servers on loopback that talk like the platforms do, and
// misbehave on demand. It is the `lab` command's fleet and the one test double of the project.
// It knows how devices behave; it does not know how they are polled.
package lab
