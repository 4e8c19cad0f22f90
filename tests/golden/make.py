"""Makes every golden file of this folder again."""
import layers
import ops
import optimisers
import safetensors_file

for module in (ops, layers, optimisers, safetensors_file):
    module.main()
